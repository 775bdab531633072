"""The pages Data and Train."""
