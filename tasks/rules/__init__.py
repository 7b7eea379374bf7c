"""Categories of calls: rules in a YAML file, evaluated over all calls at once."""
