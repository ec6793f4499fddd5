"""rewardlang: reward functions that are typed, proved and compiled."""
