"""From the bytes of a file to encoded, split arrays."""
