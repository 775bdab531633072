"""What every page has around it, and the parts that pages share."""
