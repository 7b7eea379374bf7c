"""The forms in which people keep references, one file each: text in, a reference out."""
