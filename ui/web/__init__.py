"""The page's HTTP side: who may reach it, how people sign in, what they may upload."""
