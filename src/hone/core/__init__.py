"""What everything rests on: messages to the user, files written whole, the rows that cross them, the parameter tree."""
