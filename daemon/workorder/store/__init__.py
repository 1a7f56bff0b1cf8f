"""What is kept: the database and the files. The only SQL."""
