"""A judge of single machines that shares no code with the engine that it judges."""
