"""Publishers from end to end: the command line against a registry that signs and attests."""
