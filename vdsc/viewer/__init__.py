"""What people look at: one page that plays a file, and the still picture of it."""
