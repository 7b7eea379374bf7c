"""Erasure, retention and legal holds: what is asked, what that means, taking it out, and looking again."""
