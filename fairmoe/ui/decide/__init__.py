"""The pages Trade-off and Report."""
