"""What is due, by e-mail: settings of a person, what it says, sending."""
