"""Pure functions of plain data that check texts, numbers and structures."""
