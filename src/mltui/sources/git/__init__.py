"""What git knows, read quietly: state, history, refs, the history of files, blobs, one commit's detail."""
