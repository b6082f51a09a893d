"""Arrays and traces as pictures, all in one colour language."""
