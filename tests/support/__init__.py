"""What the tests stand on: private servers, and the means to have them die on purpose."""
