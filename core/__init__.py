"""Everything of Lungfield but the screen: headless, and never importing Qt."""
