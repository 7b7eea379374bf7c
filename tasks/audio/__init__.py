"""Sound: probing, decoding, channel verdicts, speech detection."""
