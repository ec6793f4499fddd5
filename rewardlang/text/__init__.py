"""Text, places and diagnostics: the words of the compiler."""
