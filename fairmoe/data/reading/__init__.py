"""From the bytes of a file to columns of numbers, categories, dates and texts."""
