"""What commands share: options, opening the data folder, output and progress."""
