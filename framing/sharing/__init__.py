"""Codes that travel without the text: dehydrated to be shared, hydrated again from the reader's own copies."""
