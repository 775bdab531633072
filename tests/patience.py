"""How long to wait for what is sure to come."""

# No test is about time: only what never comes takes so long, however busy the machine.
PATIENCE = 120.0
