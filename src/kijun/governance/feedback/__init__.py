"""What people say of answers and systems: useful or not, doubts that owners answer, and what vendors are asked to mend."""
