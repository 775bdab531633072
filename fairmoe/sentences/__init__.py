"""What pages, the report and the shell say of a run, each sentence once; figures draw."""
