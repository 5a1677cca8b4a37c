"""Which machines of other people are accepted, and why others are not: measured, and kept."""
