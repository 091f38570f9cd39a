"""What differs between the databases that the truth may be in, behind one seam."""
