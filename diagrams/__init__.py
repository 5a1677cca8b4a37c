"""Pictures of the model and of its verdicts; see README.md beside this."""
