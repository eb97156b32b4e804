"""Pages that follow from the code, written by `hub docs`: the process, its rules and roles, profiles, AsyncAPI."""
