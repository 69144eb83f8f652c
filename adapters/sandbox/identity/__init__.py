"""An OpenID provider for customers and one for staff; it asks who you are and believes it."""
