"""The demo: six invented cases, one through each way of working, typed command by command in a store that is thrown away."""
