"""Taking readings and reviews away: what is asked for, how it is written behind the window, how it went."""
