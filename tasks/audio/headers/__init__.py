"""What containers promise before anything is decoded: length, encryption, missing parts."""
