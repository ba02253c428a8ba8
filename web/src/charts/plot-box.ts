/** Where the plot lies within a chart, so that what stands above, over and below it lines up. */
export const PLOT_LEFT_PX = 56;
export const PLOT_RIGHT_PX = 10;
