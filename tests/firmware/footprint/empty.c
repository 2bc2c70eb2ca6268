int main(void);

/* The start alone: what an image has without the library. */
int main(void) { return 0; }
