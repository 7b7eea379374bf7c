"""What the HTML pages share: one file that loads nothing, the same look, pictures that are told in words."""
