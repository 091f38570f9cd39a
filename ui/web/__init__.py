"""The HTTP side of the web page: allowed hosts and origins, sign-in and upload limits."""
