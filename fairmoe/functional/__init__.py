"""The equations: pure torch functions over any leading axes."""
