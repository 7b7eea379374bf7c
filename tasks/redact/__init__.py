"""Finding personal data in conversations and rendering it out."""
