"""What every act stands on: acts < trail < access < policy."""
