"""What everything rests on: messages to the user, progress, files written whole, the rows in them, the parameters."""
