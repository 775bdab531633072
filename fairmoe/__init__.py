"""fairmoe: train a fairness-aware mixture of experts and see what it does."""
