"""From data and a config file to a checkpoint folder."""
