"""The walls of the house. Every check is a function from input to a list of problems, seen to find a planted one."""
