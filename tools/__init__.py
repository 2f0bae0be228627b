"""What builds, checks and shows Kefu; none of it is needed to run it."""
