"""What differs between API versions, one module per version, and the plans made of it."""
