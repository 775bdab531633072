"""What the lessons show: one figure each, with a sentence written from its numbers."""
