export { createReports, type Eyes, type Reports, type TimelinePage } from './service.js';
