"""Services: the rooms that own tables and promises; they do not know each other."""
