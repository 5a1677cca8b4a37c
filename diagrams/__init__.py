"""Pictures of the model. So far: its machines, as Mermaid text."""
